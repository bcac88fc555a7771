// Names that are in a file compiled with other settings than the names are collected with (see the Makefile).
Q(crc32)
