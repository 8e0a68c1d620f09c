"""What a log holds, in numbers: an idea a file, each with what it asks of the events and the sentence that it says."""
