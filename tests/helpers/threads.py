"""Functions that run in threads of their own, all at the same time."""

import threading


def in_threads(works):
    """Call each function in a thread, and wait for all of them."""
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
