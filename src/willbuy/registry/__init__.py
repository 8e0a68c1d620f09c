"""The registry: which run is champion, which is scored in its shadow, and how a bundle is loaded without trusting it.

    registry/champion.json   the pointer; it alone decides
    registry/bad/            bundles that crashed, hung or broke their own golden rows on a first load
    registry/token           the fencing token of the newest lease

Reading needs numpy at most: the service reads the pointer and loads what it names.
"""
