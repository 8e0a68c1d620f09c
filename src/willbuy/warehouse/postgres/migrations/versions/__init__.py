"""The steps, in the order in which they were written. A step that was released is never changed; a new one follows it."""
