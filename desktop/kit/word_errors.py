"""Sentences for error numbers that can reach a person at the laptop. Asked for through `desktop.kit.words`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from desktop.kit.marks import QT_TRANSLATE_NOOP

ERRORS: Final[Mapping[int, str]] = {
    1001: QT_TRANSLATE_NOOP("Errors", "What came in cannot be understood. Nothing was changed."),
    1002: QT_TRANSLATE_NOOP("Errors", "This is larger than is allowed in one step. Nothing was changed."),
    1003: QT_TRANSLATE_NOOP(
        "Errors", "The other side knows a kind of record that this version does not. Update Roundsman."
    ),
    1004: QT_TRANSLATE_NOOP(
        "Errors", "The other side knows a field that this version does not. Update Roundsman."
    ),
    1005: QT_TRANSLATE_NOOP("Errors", "A value is missing or not allowed here. Nothing was changed."),
    1006: QT_TRANSLATE_NOOP("Errors", "A message was damaged on its way. It will be sent again."),
    1007: QT_TRANSLATE_NOOP("Errors", "A record's identity is not valid. Nothing was changed."),
    1008: QT_TRANSLATE_NOOP("Errors", "The format is not understood. Nothing was changed."),
    1201: QT_TRANSLATE_NOOP("Errors", "The filter cannot be understood."),
    2001: QT_TRANSLATE_NOOP(
        "Errors",
        "The sign-in of this laptop is no longer valid. Your work is safe here; sign in again to send it.",
    ),
    2002: QT_TRANSLATE_NOOP("Errors", "There is no such record, or it is not yours to see."),
    2003: QT_TRANSLATE_NOOP("Errors", "You do not have the right to do this."),
    2004: QT_TRANSLATE_NOOP("Errors", "Name or password is not right."),
    2005: QT_TRANSLATE_NOOP("Errors", "This code is not valid. Ask the office for a new one."),
    2006: QT_TRANSLATE_NOOP(
        "Errors", "The office has stopped this laptop. Your work is safe here; call the office."
    ),
    2007: QT_TRANSLATE_NOOP("Errors", "Too many tries. Wait a little and try again."),
    3001: QT_TRANSLATE_NOOP("Errors", "This step is not possible from the state the record is in."),
    3002: QT_TRANSLATE_NOOP("Errors", "Only the office may change this field."),
    3003: QT_TRANSLATE_NOOP("Errors", "This can be added to, but not changed."),
    3004: QT_TRANSLATE_NOOP("Errors", "The sealed document does not match its seal. Call the office."),
    3005: QT_TRANSLATE_NOOP(
        "Errors", "The decision was about another version of the document. Look at the present one."
    ),
    3006: QT_TRANSLATE_NOOP("Errors", "This order cannot be submitted yet. Complete what is marked."),
    3007: QT_TRANSLATE_NOOP("Errors", "Somebody changed this meanwhile. Look at it again."),
    3008: QT_TRANSLATE_NOOP("Errors", "The document is sealed. Revise it instead."),
    3101: QT_TRANSLATE_NOOP("Errors", "Somebody has this rep code already."),
    3102: QT_TRANSLATE_NOOP("Errors", "Nobody can be their own superior."),
    3103: QT_TRANSLATE_NOOP("Errors", "A rep code is two to four letters."),
    3104: QT_TRANSLATE_NOOP("Errors", "A division has this code already."),
    3105: QT_TRANSLATE_NOOP("Errors", "There is no such role."),
    3106: QT_TRANSLATE_NOOP("Errors", "This link between people is not possible."),
    3107: QT_TRANSLATE_NOOP("Errors", "The name is missing."),
    3110: QT_TRANSLATE_NOOP("Errors", "A field of the customer is not filled in rightly."),
    3111: QT_TRANSLATE_NOOP("Errors", "A customer has this code already."),
    3112: QT_TRANSLATE_NOOP("Errors", "The rep belongs to another division."),
    3113: QT_TRANSLATE_NOOP("Errors", "The reason is missing."),
    3114: QT_TRANSLATE_NOOP("Errors", "The rep is not active."),
    3115: QT_TRANSLATE_NOOP("Errors", "The customer was removed."),
    3120: QT_TRANSLATE_NOOP("Errors", "A field of the contact is not filled in rightly."),
    3122: QT_TRANSLATE_NOOP("Errors", "The contact belongs to another customer."),
    3123: QT_TRANSLATE_NOOP("Errors", "The contact was removed."),
    3130: QT_TRANSLATE_NOOP("Errors", "A field of the payment terms is not filled in rightly."),
    3131: QT_TRANSLATE_NOOP("Errors", "Payment terms with this code exist already."),
    3140: QT_TRANSLATE_NOOP("Errors", "This decision does not fit the conflict."),
    3141: QT_TRANSLATE_NOOP("Errors", "This value cannot be chosen."),
    3142: QT_TRANSLATE_NOOP("Errors", "The record moved on meanwhile. Look at it again."),
    3143: QT_TRANSLATE_NOOP("Errors", "Somebody else is looking at this."),
    3144: QT_TRANSLATE_NOOP("Errors", "There is nothing to take back."),
    3150: QT_TRANSLATE_NOOP("Errors", "A field of the catalogue is not filled in rightly."),
    3151: QT_TRANSLATE_NOOP("Errors", "This code is taken already."),
    3152: QT_TRANSLATE_NOOP("Errors", "The category cannot be there in the tree."),
    3170: QT_TRANSLATE_NOOP("Errors", "A field of the supplier is not filled in rightly."),
    3171: QT_TRANSLATE_NOOP("Errors", "A supplier has this code already."),
    3180: QT_TRANSLATE_NOOP("Errors", "A field of the territory is not filled in rightly."),
    3181: QT_TRANSLATE_NOOP("Errors", "A territory has this code already."),
    3182: QT_TRANSLATE_NOOP("Errors", "This link to a territory is not possible."),
    4001: QT_TRANSLATE_NOOP(
        "Errors", "The program tried to write in a way that would not be sent. Nothing was changed."
    ),
    4002: QT_TRANSLATE_NOOP("Errors", "This laptop is not enrolled yet."),
    4003: QT_TRANSLATE_NOOP("Errors", "This laptop is enrolled already."),
    4004: QT_TRANSLATE_NOOP("Errors", "The local copy is closed."),
    4005: QT_TRANSLATE_NOOP(
        "Errors", "The office cannot be reached. You can go on working; everything is saved here."
    ),
    4006: QT_TRANSLATE_NOOP("Errors", "A newer Roundsman made the local copy. Update the program."),
    4100: QT_TRANSLATE_NOOP("Errors", "Another Roundsman uses this data folder."),
    4200: QT_TRANSLATE_NOOP(
        "Errors", "What came from the office does not fit the local copy. It will be fetched again."
    ),
    4201: QT_TRANSLATE_NOOP("Errors", "The change is not known here."),
    4202: QT_TRANSLATE_NOOP("Errors", "The change is on its way or answered already. Withdraw it instead."),
    4203: QT_TRANSLATE_NOOP("Errors", "The local copy cannot take this. Nothing was changed."),
    4210: QT_TRANSLATE_NOOP(
        "Errors", "The file cannot be written there. Choose another place; nothing was changed."
    ),
    4211: QT_TRANSLATE_NOOP(
        "Errors", "A sheet holds about a million rows, and these are more. Export as CSV, or filter the list."
    ),
    4301: QT_TRANSLATE_NOOP("Errors", "A file of the data folder cannot be read."),
    4302: QT_TRANSLATE_NOOP(
        "Errors", "The database in the data folder belongs to another enrolment. Nothing was sent."
    ),
    4303: QT_TRANSLATE_NOOP("Errors", "The data folder cannot be used."),
    4304: QT_TRANSLATE_NOOP(
        "Errors", "The local database cannot be used: the disk may be full. What was saved before is safe."
    ),
    4399: QT_TRANSLATE_NOOP("Errors", "Something went wrong in Roundsman itself. What was saved is safe."),
    4401: QT_TRANSLATE_NOOP("Errors", "The icons of this installation are missing. Install Roundsman again."),
    4402: QT_TRANSLATE_NOOP(
        "Errors", "The translations of this installation are missing. Install Roundsman again."
    ),
    4403: QT_TRANSLATE_NOOP(
        "Errors", "The file could not be written. Nothing was changed; choose another folder."
    ),
    4404: QT_TRANSLATE_NOOP("Errors", "The printer did not take the document. Choose it again."),
    5001: QT_TRANSLATE_NOOP("Errors", "The office waits for an earlier change. It will be sent first."),
    5002: QT_TRANSLATE_NOOP(
        "Errors",
        "The office knows other changes under the same numbers: this data folder was copied. Call the office.",
    ),
    5003: QT_TRANSLATE_NOOP(
        "Errors", "The office's records were put back to an earlier state. A new copy will be made."
    ),
    5004: QT_TRANSLATE_NOOP(
        "Errors", "The office uses a newer version. Update Roundsman; your work is safe here."
    ),
    5005: QT_TRANSLATE_NOOP("Errors", "The office set this change aside to look at it."),
    5006: QT_TRANSLATE_NOOP(
        "Errors", "The local copy differs from the office's. The difference will be fetched."
    ),
    9001: QT_TRANSLATE_NOOP("Errors", "The office's database does not answer. It will be tried again."),
    9002: QT_TRANSLATE_NOOP("Errors", "A second server is running at the office. It will be tried again."),
    9003: QT_TRANSLATE_NOOP("Errors", "Something went wrong at the office. It will be tried again."),
    4101: QT_TRANSLATE_NOOP("Errors", "This data folder has no keys yet. Enrol this laptop first."),
    4102: QT_TRANSLATE_NOOP("Errors", "This data folder already has its keys; they were left as they are."),
    4103: QT_TRANSLATE_NOOP(
        "Errors",
        "The description of this folder's keys is damaged. Nothing was changed; restore vault.json from a copy, or enrol this laptop again in a new folder.",
    ),
    4104: QT_TRANSLATE_NOOP(
        "Errors",
        "This data folder was last used by a later version of Roundsman. Install that version; nothing was changed.",
    ),
    4110: QT_TRANSLATE_NOOP("Errors", "This data folder is protected by a passphrase, and none was given."),
    4111: QT_TRANSLATE_NOOP("Errors", "That is not the passphrase. Try again; nothing was changed."),
    4112: QT_TRANSLATE_NOOP("Errors", "The passphrase is too short to protect the data of a stolen laptop."),
    4113: QT_TRANSLATE_NOOP(
        "Errors",
        "The key file is damaged; no passphrase can open it. Restore vault.keys from a copy of the folder.",
    ),
    4120: QT_TRANSLATE_NOOP(
        "Errors",
        "The key store of the operating system does not answer. Unlock it and try again; nothing was changed.",
    ),
    4121: QT_TRANSLATE_NOOP(
        "Errors",
        "The key of this data folder is no longer in the key store. Enrol this laptop again in a new folder.",
    ),
    4122: QT_TRANSLATE_NOOP(
        "Errors", "The files were removed, but the key may remain in the operating system's key store."
    ),
    4130: QT_TRANSLATE_NOOP("Errors", "The local database is not there. Nothing was created."),
    4131: QT_TRANSLATE_NOOP(
        "Errors",
        "The local database does not open with this key: it belongs to another key, or its beginning is damaged.",
    ),
    4132: QT_TRANSLATE_NOOP("Errors", "The local database is not encrypted, so it is not used."),
    4133: QT_TRANSLATE_NOOP(
        "Errors",
        "The database library of this installation cannot encrypt. Nothing was written; install Roundsman again.",
    ),
    4134: QT_TRANSLATE_NOOP(
        "Errors",
        "The data folder lies on a drive that cannot hold the database safely. Choose a folder on a local drive.",
    ),
    4140: QT_TRANSLATE_NOOP(
        "Errors", "Another Roundsman on this machine uses this data folder. Close it first."
    ),
    4141: QT_TRANSLATE_NOOP(
        "Errors", "The data folder lies on a drive that cannot be locked. Choose a folder on a local drive."
    ),
}
"""What happened, what is safe, what to do."""
