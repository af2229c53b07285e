"""What pages are made of: form fields, cells and lists."""
