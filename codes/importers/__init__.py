"""Official files into releases: README.md lists the files, pipeline.py does the work."""
