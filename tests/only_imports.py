"""A contract for import-linter: a list of what may be imported, where its own kind lists only what may not."""

import sys
from itertools import chain

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OnlyImportsContract(Contract):
    """These packages import the standard library, themselves and what is allowed: nothing else, however new it is."""

    packages = fields.SetField(subfield=fields.StringField())
    allowed = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look at what each module imports itself; what an allowed package imports in turn is its own affair."""
        broken = []
        for package in self.packages:  # type: ignore[attr-defined]
            allowed = {package, *self.allowed, *sys.stdlib_module_names}  # type: ignore[misc]
            for module in chain([package], graph.find_descendants(package)):
                imported = graph.find_modules_directly_imported_by(module)
                broken += [(module, name) for name in imported if name.partition(".")[0] not in allowed]
        return ContractCheck(kept=not broken, metadata={"broken": sorted(broken)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line for each import that is not allowed."""
        for module, name in check.metadata["broken"]:
            output.print_error(f"{module} imports {name}", bold=False)
        output.new_line()
