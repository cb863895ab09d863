"""What the figures of a panel rest on: layers, tables, and the ground its errors come from."""

from __future__ import annotations

from urbanplan_gis.analysis.measures import statistic_names
from urbanplan_gis.analysis.panels import Panel
from urbanplan_gis.model.data import Role
from urbanplan_gis.standards.class_sets import class_sets

STATISTICS = "statistics"
_OF_GROUND = ("area", "green_area")


def ground_roles(panel: Panel) -> set[Role]:
    """The layers whose lines and classes a panel's ground hangs on (none without ground)."""
    measures = [measure for measure in panel.measures if measure.kind in _OF_GROUND]
    if not measures:
        return set()
    labels = {condition.label for measure in measures for condition in measure.where}
    for name in panel.class_sets:
        labels |= {condition.label for condition in class_sets()[name].only_within.values()}
    if any(measure.kind == "green_area" for measure in measures):
        labels |= {Role.GREEN, Role.LAND_USE}
    if panel.in_general_plan:
        labels.add(Role.GENERAL_PLAN)
    if panel.state == "planned" and Role.LAND_USE in labels:
        labels.add(Role.ZONING)
    return {Role.UNITS} | {role for role in Role if role in labels}


def inputs_of(panel: Panel) -> set[str]:
    """Everything a panel's figures are made from: its layers, and ``statistics``."""
    found = {str(role) for role in ground_roles(panel)} | {str(Role.UNITS)}
    for measure in panel.measures:
        if any(condition.label == "centrelines" for condition in measure.where):
            found.add(str(Role.ROADS))
        if measure.kind == "floor_area":
            found.add(str(Role.BUILDINGS))
        if "grid_residents" in measure.of:
            found.add(str(Role.POPULATION))
        elif statistic_names(measure, panel.state):
            found.add(STATISTICS)
    # which lots count hangs on the plans in force
    return found | ({str(Role.PLANS)} if str(Role.ZONING) in found else set())
