"""Workbooks (XLSX, ODS, XLS) and text files of others, read once for every package."""
