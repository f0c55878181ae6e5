"""What docs/security.md points to must be there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def pointers():
    """(file, name of a test or nothing), where ``::name`` alone means the file that was named before."""
    path = ""
    for file, name in re.findall(r"`(tests/[\w/.]+)?(?:::(\w+))?`", TEXT):
        path = file or path
        if file or name:
            yield path, name


def test_every_test_that_it_names_is_there():
    found = list(pointers())
    assert len(found) > 40
    for path, name in found:
        assert (ROOT / path).exists(), path
        if name:
            assert re.search(
                rf"^(async )?def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE
            ), name


def test_every_row_of_a_threat_has_a_test():
    rows = [line for line in TEXT.splitlines() if line.startswith("| ") and line.count(" | ") == 2]
    threats = [row for row in rows if not row.startswith("| threat |")]
    assert len(threats) > 25
    assert not [row for row in threats if "tests/" not in row and "::" not in row and "the same two" not in row]
