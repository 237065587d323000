"""The pages that a browser sees; their files need nothing from any other host."""
