"""The nouns of the toolkit, frozen, importing no geographic library."""
