"""Python in a document: its blocks, and what each of them is. Pure: text in, values out; nothing is executed.

`info` (the words behind a fence), `fences` (where they are: the only file that knows the Markdown parser) and `prompts`
(`>>>` examples) find the code; `blocks` numbers it and puts the output beside it that the document shows; `names` and
`judging` say of a block what it is; `copying` writes it on the document's own lines.
"""
