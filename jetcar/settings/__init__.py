"""From what was typed to checked settings: names, types, rules, and Hydra's part in it."""
