"""Open one file of any format, safely, and find its places, texts, tags and joins."""
