"""The sections of the page: numbers in, HTML out. Every chart has a title, a sentence made of the numbers, and how to read it."""
