"""The fingerprint recipes, a record (``stages.fingerprint.recipe.Recipe``) in a file each.

A new file is a new recipe, for `fingerprint.recipe` in `params.yaml`. Nothing else belongs here,
and nobody imports from here: records are found by their names.
"""
