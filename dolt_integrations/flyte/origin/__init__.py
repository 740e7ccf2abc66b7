"""The origin of a commit, for its message.

- `lineage`: the versions that the running task has read, and the message
- `arguments`: the plain inputs of a task
- `project`: the Git commit and the image of its code
"""
