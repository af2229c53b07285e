"""The register of taalaanbieders: providers, contracts, marks, docenten, locations."""
