"""`lapipe keys`: manage key rings."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from lapipe.cli.app import PASSPHRASE, ProfileName, app, project, say, today

keys_app = typer.Typer(no_args_is_help=True, help="Manage key rings.")
app.add_typer(keys_app, name="keys")

KeyPath = Annotated[Path | None, typer.Option("--keys", help="The key ring's file; default: the profile's.")]


@keys_app.command("create")
def keys_create(keys: KeyPath = None, profile: ProfileName = "",
                passphrase: Annotated[bool, typer.Option("--passphrase", help=f"Encrypt it; asked for, or from {PASSPHRASE}.")] = False,
                ) -> None:
    """Create a key ring outside the project, for the owner only."""
    from lapipe.keys import KeyRing

    secret = os.environ.get(PASSPHRASE)
    if passphrase and not secret:
        secret = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True)
    path = keys or project(profile).profile.keys
    ring = KeyRing.create(path.expanduser(), today=today(), passphrase=secret or None)
    say(f"Created {path} with key {ring.names[-1]}{', encrypted' if secret else ''}. Keep a copy in a safe: without it no pseudonym can be "
         "made again.")


@keys_app.command("signing")
def keys_signing(file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it, outside every project.")],
                 passphrase: Annotated[bool, typer.Option("--passphrase", help=f"Encrypt it; asked for, or from {PASSPHRASE}.")] = False) -> None:
    """Create the key that an officer signs approvals with, and print the public line for schemas/organisation.yaml."""
    from lapipe.signing import create_signing_key

    secret = os.environ.get(PASSPHRASE)
    if passphrase and not secret:
        secret = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True)
    key = create_signing_key(file.expanduser(), passphrase=secret or None)
    say(f"Created {file}{', encrypted' if secret else ''}, for you alone to read: who has it can sign for you. This line goes into "
         "schemas/organisation.yaml, under the role that you sign as:")
    say(f"    - {key.public}")


@keys_app.command("list")
def keys_list(keys: KeyPath = None, profile: ProfileName = "") -> None:
    """List the keys by their names, oldest first."""
    from lapipe.keys import KeyRing, PassphraseNeeded

    path = (keys or project(profile).profile.keys).expanduser()
    try:
        ring = KeyRing.open(path, passphrase=os.environ.get(PASSPHRASE))
    except PassphraseNeeded:
        if not sys.stdin.isatty():
            raise
        ring = KeyRing.open(path, passphrase=typer.prompt("Passphrase of the key ring", hide_input=True))
    for name in ring.names:
        say(name)
