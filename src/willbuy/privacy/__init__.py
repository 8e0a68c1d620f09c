"""What a shop owes to those it knows: erasing them everywhere (`erase`), and forgetting what is old (`expire`).

The service writes an erasure down (`plan`) with numpy at most; what needs an engine runs in a process of its own (`child`).
"""
