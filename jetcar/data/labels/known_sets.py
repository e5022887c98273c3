"""Classes of data sets whose files do not say them: Pascal VOC, Cityscapes and CamVid."""

from __future__ import annotations

from jetcar.classes import RGB
from jetcar.data.labels.form import voc_color

VOC = (
    *("background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat"),
    *("chair", "cow", "diningtable", "dog", "horse", "motorbike", "person", "pottedplant"),
    *("sheep", "sofa", "train", "tvmonitor"),
)
VOC_COLORS: dict[RGB, str | None] = {
    **{voc_color(number): name for number, name in enumerate(VOC)},
    voc_color(255): None,
}
"""The colour of each class; that of 255 is the rim of things and counts nowhere."""

_CITYSCAPES = """
    road 7 128,64,128|sidewalk 8 244,35,232|building 11 70,70,70|wall 12 102,102,156
    fence 13 190,153,153|pole 17 153,153,153|traffic light 19 250,170,30
    traffic sign 20 220,220,0|vegetation 21 107,142,35|terrain 22 152,251,152|sky 23 70,130,180
    person 24 220,20,60|rider 25 255,0,0|car 26 0,0,142|truck 27 0,0,70|bus 28 0,60,100
    train 31 0,80,100|motorcycle 32 0,0,230|bicycle 33 119,11,32
"""


def _rows(text: str) -> list[tuple[str, int, RGB]]:
    rows = []
    for row in text.strip().replace("\n", "|").split("|"):
        name, number, color = row.strip().rsplit(maxsplit=2)
        red, green, blue = map(int, color.split(","))
        rows.append((name, int(number), (red, green, blue)))
    return rows


CITYSCAPES = {name: (id_, color) for name, id_, color in _rows(_CITYSCAPES)}
"""The 19 classes that its evaluation counts, by ``trainId``: each ``id`` and colour."""

CITYSCAPES_IDS: dict[int, str | None] = {
    **dict.fromkeys([*range(34), 255]),
    **{id_: name for name, (id_, _) in CITYSCAPES.items()},
}
CITYSCAPES_TRAIN_IDS: dict[int, str | None] = {**dict(enumerate(CITYSCAPES)), 255: None, 19: None}

CAMVID_12: dict[int, str | None] = {
    **dict(
        enumerate(
            ["Sky", "Building", "Pole", "Road", "Pavement", "Tree", "SignSymbol", "Fence", "Car"]
        )
    ),
    **{9: "Pedestrian", 10: "Bicyclist", 11: None, 255: None},
}
"""Values of the masks that are handed on with SegNet; 11 is what was not labelled."""

_CAMVID = """
    Animal 0 64,128,64|Archway 0 192,0,128|Bicyclist 0 0,128,192|Bridge 0 0,128,64
    Building 0 128,0,0|Car 0 64,0,128|CartLuggagePram 0 64,0,192|Child 0 192,128,64
    Column_Pole 0 192,192,128|Fence 0 64,64,128|LaneMkgsDriv 0 128,0,192
    LaneMkgsNonDriv 0 192,0,64|Misc_Text 0 128,128,64|MotorcycleScooter 0 192,0,192
    OtherMoving 0 128,64,64|ParkingBlock 0 64,192,128|Pedestrian 0 64,64,0|Road 0 128,64,128
    RoadShoulder 0 128,128,192|Sidewalk 0 0,0,192|SignSymbol 0 192,128,128|Sky 0 128,128,128
    SUVPickupTruck 0 64,128,192|TrafficCone 0 0,0,64|TrafficLight 0 0,64,64|Train 0 192,64,128
    Tree 0 128,128,0|Truck_Bus 0 192,128,192|Tunnel 0 64,0,64|VegetationMisc 0 192,192,0
    Void 0 0,0,0|Wall 0 64,192,0
"""
CAMVID_COLORS: dict[RGB, str | None] = {color: name for name, _, color in _rows(_CAMVID)}
"""The colours of CamVid's own masks, with all of its 32 classes."""
