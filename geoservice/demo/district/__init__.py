"""A synthetic district at 1:2000, the same on every machine: what a city's departments hand in, made up throughout.

Nothing in it exists: no owner, no address, no height. It lies where Shangqiu lies so that it falls into the frame.
``layout`` draws streets and water, ``urban``, ``old_town`` and ``rural`` fill the blocks, ``terrain`` gives the ground,
and ``orthophoto``, ``drawing`` and ``files`` turn the one scene into what surveyors deliver, so that all of it matches.
"""
