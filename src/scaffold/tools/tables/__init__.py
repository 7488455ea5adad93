"""The only door to table files and to DuckDB.

`dialect` tells how a text file is written, `convert` turns other formats into CSV, `database` loads a CSV and answers
SQL about it. DuckDB, openpyxl and charset-normalizer are imported where they are used: `scaffold --help` loads none.
"""
