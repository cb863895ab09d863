"""What a street block or a part of it can be used for, now and in a plan."""

from typing import NamedTuple


class Function(NamedTuple):
    """What a plot is used for: land code 2024, planned function, size, frequencies, green kind."""

    code: str
    planned: str
    hectares: float
    centre: float
    outside: float
    green: str = ""


# fmt: off
FUNCTIONS = {
    "home": Function("", "O_Nhomnhao", 0, 66, 68),
    "mixed": Function("TMD", "O_Honhop_Nhomo", 0.7, 5, 3),
    "shop": Function("TMD", "Dichvu", 0.5, 4, 2),
    "office": Function("TSC", "Coquan", 0.6, 4, 1),
    "school": Function("DGD", "HTXH_Truonghoc", 0.9, 3.5, 3),
    "highschool": Function("DGD", "HTXH_TruongTHPT", 1.6, 0.6, 0.3),
    "college": Function("DGD", "DaotaoNC", 2.5, 0.4, 0.2),
    "hospital": Function("DYT", "HTXH_Yte", 1.6, 0.5, 0.2),
    "clinic": Function("DYT", "HTXH_Yte", 0.25, 0.6, 0.8),
    "culture": Function("DVH", "HTXH_Vanhoa", 0.5, 0.8, 0.6),
    "sport": Function("DTT", "HTXH_Theducthethao", 1.0, 0.8, 1.0),
    "market": Function("DCH", "Dichvu", 0.6, 0.8, 0.8),
    "garden": Function("DKV", "HTXH_CayxanhCC", 0.6, 2.4, 1.0, "public"),
    "court": Function("ODT", "HTXH_CayxanhCC", 0.25, 0.5, 0.3, "public"),
    "parking": Function("DGT", "HTKT_Baidoxe", 0.5, 3.0, 1.4),
    "station": Function("DGT", "HTKT_Baidoxe", 2.0, 0.2, 0.0),
    "temple": Function("TON", "Ditich_tongiao", 0.4, 1.2, 1.5, "restricted"),
    "monument": Function("DDD", "Ditich_tongiao", 0.5, 0.3, 0.2, "restricted"),
    "power": Function("DNL", "HTKT_Hatangkhac", 0.4, 0.4, 0.4),
    "water_works": Function("DCT", "HTKT_Hatangkhac", 0.6, 0.2, 0.2),
    "police": Function("CAN", "Anninh", 0.5, 0.5, 0.4),
    "workshop": Function("SKC", "Dichvu", 0.9, 1.6, 2.0),
    "nursery": Function("CLN", "Cayxanhchuyendung", 0.8, 0.5, 0.8, "specialised"),
    "field": Function("BHK", "O_Nhomnhao", 0, 4.5, 9),
    "meadow": Function("LUC", "HTXH_CayxanhCC", 0.8, 1.0, 1.5),
}
# fmt: on
