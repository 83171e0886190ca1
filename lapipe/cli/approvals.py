"""`lapipe approve`: an officer signs what `lapipe plan --words` says."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lapipe.cli.app import PASSPHRASE, Format, app, say, today, wants_json
from lapipe.errors import Refused, UsageFault

if TYPE_CHECKING:
    from lapipe.approval import Approval
    from lapipe.signing import SigningKey


@app.command()
def approve(purpose: Annotated[str, typer.Argument(help="A purpose's name; leave it out with --organisation.")] = "",
            role: Annotated[str, typer.Option("--role", help="The role that you sign as, such as privacy_officer.")] = "",
            key: Annotated[Path | None, typer.Option("--key", help="Your signing key's file.")] = None,
            organisation: Annotated[bool, typer.Option("--organisation", help="Sign changes of organisation.yaml and of the profiles.")] = False,
            passphrase: Annotated[bool, typer.Option("--passphrase", help=f"Ask for the key's passphrase; also asked for when it is needed, or "
                                                                          f"from {PASSPHRASE}.")] = False,
            format: Format = "text") -> None:
    """Sign a purpose, its contracts and the plans of all its pipelines, as `lapipe plan --words` says them."""
    as_json = wants_json(format)
    if bool(purpose) == organisation:
        raise UsageFault("Name the purpose to approve, or --organisation; one of the two.")
    if not role or key is None:
        raise UsageFault("An approval is signed by a role with its key: give --role ROLE and --key FILE (make a key with `lapipe keys signing`).")
    from lapipe.approval import FOLDER

    made, root = (_organisation if organisation else _purpose)(purpose, role, _opened(key.expanduser(), ask=passphrase))
    if as_json:
        say(json.dumps({**made.named(), "declared": made.declared, "pipelines": dict(made.pipelines)}, indent=2, ensure_ascii=False))
        return
    what = "the organisation, its keys and the profiles that demand approvals" if organisation else f"purpose {purpose} and its contracts"
    say(f"Approved as {role} until {made.expires}: {what}.")
    for name, digest in sorted(made.pipelines.items()):
        say(f"  pipeline {name}, plan {digest[:16]} (what you read: `lapipe plan {name} --words nl`)")
    say(f"Wrote {FOLDER}/{made.approves}.{role}.yaml; commit it with what it approves.")
    if not organisation and not made.pipelines:
        say(f"No pipeline in {root / 'pipelines'} serves this purpose yet.")


def _opened(path: Path, *, ask: bool) -> SigningKey:
    from lapipe.keys import PassphraseNeeded
    from lapipe.signing import open_signing_key

    secret = os.environ.get(PASSPHRASE)
    if ask and not secret:
        secret = typer.prompt("Passphrase of the signing key", hide_input=True)
    try:
        return open_signing_key(path, passphrase=secret)
    except PassphraseNeeded:
        if not sys.stdin.isatty():
            raise
    return open_signing_key(path, passphrase=typer.prompt("Passphrase of the signing key", hide_input=True))


def _purpose(name: str, role: str, key: SigningKey) -> tuple[Approval, Path]:
    from lapipe.approval import FOLDER, declared_sha256, load_approvals, named_contracts, sign, write_approval
    from lapipe.changes import declared
    from lapipe.check import check_project
    from lapipe.documents import nearest
    from lapipe.project import find_project

    root = find_project(Path.cwd())
    state = declared(root, today())
    if name not in state.purposes:
        there = ", ".join(state.purposes) or "none"
        raise UsageFault(f"There is no purpose '{name}' in {root / 'schemas' / 'purposes'} (there are: {there}).{nearest(name, state.purposes)}",
                         rule="LP201")
    own = f"{FOLDER}/{name}.{role}.yaml"
    # What other approvals lack does not keep this one from being given; what replaces a broken one would begin to count anew.
    found = [each for each in check_project(root, today()).findings if each.rule not in ("LP109", "LP117") or each.where == own]
    if found:
        raise Refused(f"Nobody approves a project with {len(found)} findings; mend them first (`lapipe check`), beginning with: {found[0]}",
                      rule="LP109")
    purpose, organisation = state.purposes[name], state.organisation
    assert organisation is not None
    plans = [plan for plan in state.plans.values() if plan.purpose.name == name]
    before = load_approvals(root).given.get((name, role))
    made = sign(key, role, approves=name, declared=declared_sha256(purpose, named_contracts(purpose, root)),
                plans=plans, organisation=organisation, expires=purpose.review_by,
                today=today(), before=before)
    write_approval(made, root)
    return made, root


def _organisation(_: str, role: str, key: SigningKey) -> tuple[Approval, Path]:
    from lapipe.approval import ORGANISATION, ORGANISATION_TERM, load_approvals, organisation_sha256, sign, write_approval
    from lapipe.project import find_project, load_profiles
    from lapipe.purpose import load_organisation

    root = find_project(Path.cwd())
    organisation = load_organisation(root / "schemas" / "organisation.yaml")
    digest = organisation_sha256(organisation, {name: profile.approvals for name, profile in load_profiles(root).items()})
    made = sign(key, role, approves=ORGANISATION, declared=digest, plans=(), organisation=organisation,
                expires=ORGANISATION_TERM.after(today()), today=today(), before=load_approvals(root).given.get((ORGANISATION, role)))
    write_approval(made, root)
    return made, root
