"""One order: written by the keyboard alone while it is a draft, read and followed afterwards (R-081 to R-083, R-107)."""
