"""The version of this package; the same as the exporter's, whose protocol it speaks."""

VERSION = "0.1.0"
