"""What a table holds, in numbers: an idea a file, each with the sentence that it says."""
