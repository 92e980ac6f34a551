"""What `list --json` shows."""

import json

from asyncdemo.catalogue import course
from asyncdemo.catalogue.scenario import to_json

from .conftest import Write, block


def test_the_published_shape(write: Write) -> None:
    root = write(
        "course",
        {
            "a.py": '"""Summary."""\nTASKS = 10\nPAIR = (1, "a")\n'
            + block('requires-python = ">=3.8"\n[tool.asyncdemo]\naliases = ["first"]'),
            "f/sync.py": block('requires-python = ">=99"'),
            "f/async.py": block('dependencies = ["no-such"]'),
            "bad.py": "x = (\n",
        },
    )
    document = json.loads(json.dumps(to_json(course.load([root]))))
    reason = document["scenarios"][2]["unavailable_reason"]
    assert reason.startswith("needs no-such: pip install no-such; needs Python 99 or newer (this is ")
    assert document == {
        "schema": "asyncdemo.list/1",
        "scenarios": [
            {
                "name": "a",
                "chapter": 1,
                "chapter_title": "More",
                "summary": "Summary.",
                "variants": [],
                "aliases": ["first"],
                "path": str(root / "a.py"),
                "requires_python": ">=3.8",
                "available": True,
                "unavailable_reason": None,
                "parameters": {"TASKS": 10, "PAIR": [1, "a"]},
            },
            {
                "name": "bad",
                "chapter": 1,
                "chapter_title": "More",
                "summary": "",
                "variants": [],
                "aliases": [],
                "path": str(root / "bad.py"),
                "requires_python": None,
                "available": True,
                "unavailable_reason": None,
                "parameters": {},
            },
            {
                "name": "f",
                "chapter": 1,
                "chapter_title": "More",
                "summary": "",
                "variants": ["async", "sync"],
                "aliases": [],
                "path": str(root / "f"),
                "requires_python": None,
                "available": False,
                "unavailable_reason": reason,
                "parameters": {},
            },
        ],
        "problems": [{"path": str(root / "bad.py"), "reason": "line 1: not valid Python: '(' was never closed"}],
    }
