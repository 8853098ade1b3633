"""Tools for plugin authors and operators: they look at plugins from outside."""
