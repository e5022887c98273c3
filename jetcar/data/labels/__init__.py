"""Reads what labelling tools export, one module a format, and writes it as a data set.

Every reader makes a ``form.LabelSet`` of a folder: pictures, what is drawn on them, and the names
of the classes. ``convert`` writes it as ``Img`` and ``Mask``. Nothing that a file names is opened
outside the folder: a name is looked up in the listing of ``folder.Folder``, never joined to a path.
"""
