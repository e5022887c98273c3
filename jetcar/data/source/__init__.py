"""From ``data.source`` to a folder on a local disk: fetched, unpacked, copied or drawn, once."""
