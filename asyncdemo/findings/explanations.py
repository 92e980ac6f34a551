"""The explanation of each rule: one Markdown file each in the folder explanations."""

from pathlib import Path

from asyncdemo.findings.rules import RULES

_FOLDER = Path(__file__).with_name("explanations")


def explanation(rule: str) -> str:
    """What a rule means, with a wrong and a right example, as Markdown."""
    return (_FOLDER / f"{rule}.md").read_text(encoding="utf-8")


def summaries() -> dict[str, str]:
    """Each rule with the sentence that its explanation begins with."""
    return {rule: _first_paragraph(explanation(rule)) for rule in RULES}


def _first_paragraph(markdown: str) -> str:
    return markdown.split("\n\n")[1].replace("\n", " ")
