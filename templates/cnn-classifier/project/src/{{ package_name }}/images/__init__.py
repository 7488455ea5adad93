"""Images, from files of any kind to numbers.

`source` finds them, `files` brings each to one form, `duplicates` tells which show the same, `augment` changes them a little.
"""
