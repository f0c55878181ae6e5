"""Understanding and answers: the content of halls, and what is made of a sentence."""
