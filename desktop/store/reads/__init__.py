"""Read queries of the screens, one file per subject: plain rows out, no widgets."""
