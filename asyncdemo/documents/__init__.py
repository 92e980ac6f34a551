"""Python in a document: its blocks, and what each of them is. Pure: text in, values out; nothing is executed.

From the bottom up: `block_syntax` (what a block is) and `document_blocks` (the blocks, with the output that the
document shows).
"""
