"""CMA-ES over spectra, scored on the real codec. It never sees a user's key or a test clip."""
