"""Make candidates by the rules of ``[siting.data.candidates.generate]``."""
