"""The ears on recorded and rendered Mandarin, in halls and rooms that are not there."""
