"""What the orthophoto's ground, roofs and cars look like: tables only."""

from dataclasses import dataclass

import numpy as np

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Cover:
    """A ground cover: colour, how much it varies from place to place, its grain, its furrows (metres, depth)."""

    colour: Colour
    spread: float = 3.0
    grain: int = 10
    furrow: float = 0.0
    furrow_depth: float = 0.0

    def tint(self, rng: np.random.Generator) -> Colour:
        """Return the colour as it is in one place."""
        light = rng.normal(0, self.spread)
        red, green, blue = (int(np.clip(v + light + rng.normal(0, self.spread / 3), 0, 255)) for v in self.colour)
        return red, green, blue


COVERS = {
    "lawn": Cover((104, 118, 76), 4, 16),
    "garden": Cover((126, 130, 108), 5, 18),
    "paving": Cover((172, 167, 158), 5, 8),
    "plaza": Cover((178, 172, 162), 4, 7),
    "lane": Cover((150, 147, 141), 4, 8),
    "asphalt": Cover((104, 105, 107), 3, 7),
    "asphalt_worn": Cover((122, 121, 119), 3, 8),
    "concrete": Cover((165, 162, 154), 6, 10),
    "parking": Cover((118, 118, 118), 3, 8),
    "path": Cover((176, 163, 142), 4, 8),
    "dirt": Cover((158, 140, 112), 5, 12),
    "court": Cover((148, 142, 131), 8, 12),
    "soil": Cover((146, 128, 102), 8, 16),
    "rough": Cover((122, 122, 94), 5, 18),
    "rampart": Cover((128, 120, 104), 3, 14),
    "forest": Cover((62, 84, 52), 3, 20),
    "track": Cover((156, 78, 64), 2, 4),
    "pitch": Cover((86, 134, 74), 2, 7),
    "fountain": Cover((104, 140, 150), 2, 5),
    "median": Cover((86, 108, 66), 3, 16),
    "bank": Cover((118, 112, 84), 3, 14),
    "river": Cover((84, 100, 86), 2, 5),
    "lake": Cover((70, 92, 86), 2, 4),
    "pond": Cover((92, 108, 90), 4, 5),
    "field_wheat": Cover((122, 138, 74), 9, 11, 3.0, 4.0),
    "field_garlic": Cover((104, 130, 84), 8, 10, 2.0, 6.0),
    "field_stubble": Cover((178, 160, 118), 8, 13, 4.5, 5.0),
    "field_soil": Cover((156, 132, 102), 9, 12, 4.0, 5.0),
    "field_greenhouse": Cover((172, 174, 170), 4, 6, 9.0, 30.0),
    "field_orchard": Cover((128, 124, 92), 5, 14),
}

LAND_COVER = {
    "0102": "field_wheat",
    "0201": "field_orchard",
    "0301": "forest",
    "0501": "paving",
    "0505": "paving",
    "0601": "concrete",
    "0604": "concrete",
    "0701": "garden",
    "0702": "soil",
    "1003": "asphalt",
    "1004": "asphalt",
    "1006": "dirt",
}
ROAD_COVER = {
    "primary": "asphalt",
    "secondary": "asphalt",
    "tertiary": "asphalt_worn",
    "residential": "asphalt_worn",
    "path": "dirt",
}
WATER_COVER = {"1101": "river", "1102": "lake", "1104": "pond"}

ROOFS: dict[str, tuple[Colour, ...]] = {
    "flat": ((172, 170, 164), (158, 156, 150), (184, 180, 170), (148, 148, 146), (190, 188, 184)),
    "flat_red": ((150, 96, 82), (158, 104, 88), (142, 92, 84)),
    "flat_units": ((176, 174, 170), (188, 184, 178), (160, 160, 160)),
    "gable_grey": ((104, 104, 104), (112, 110, 106), (96, 98, 100), (118, 114, 108)),
    "gable_red": ((158, 92, 74), (166, 104, 84), (148, 86, 72)),
    "shed_blue": ((84, 124, 168), (92, 132, 172), (78, 112, 154)),
    "shed_white": ((206, 208, 208), (196, 200, 202)),
    "shed_grey": ((150, 154, 158), (140, 144, 146)),
    "temple": ((138, 112, 58), (96, 98, 92)),
}

CARS: tuple[Colour, ...] = (
    (232, 232, 230),
    (228, 228, 228),
    (236, 236, 234),
    (40, 42, 46),
    (52, 54, 58),
    (150, 152, 156),
    (120, 40, 38),
    (58, 82, 120),
)
