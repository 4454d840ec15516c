"""The capabilities documents of WMS 1.3.0 and 1.1.1."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from geoservice.api.map.wms_layers import Offer, add_layers, child, keywords, link
from layers.xml_text import xml_document

WMS = "http://www.opengis.net/wms"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMA = f"{WMS} http://schemas.opengis.net/wms/1.3.0/capabilities_1_3_0.xsd"
LARGEST_SIDE = 4096
MOST_LAYERS = 50
FORMATS = {"image/png": "png", "image/jpeg": "jpeg", "image/webp": "webp", "image/tiff": "tif"}
INFO_FORMATS = (
    *("application/json", "application/geo+json", "text/html", "text/plain"),
    *("application/vnd.ogc.gml", "application/vnd.ogc.gml/3.1.1"),
)
EXCEPTIONS = {
    "1.3.0": ("XML", "INIMAGE", "BLANK"),
    "1.1.1": ("application/vnd.ogc.se_xml", "application/vnd.ogc.se_inimage", "application/vnd.ogc.se_blank"),
}


def capabilities(offer: Offer, version: str) -> bytes:
    """Return the document of a version."""
    new = version == "1.3.0"
    root = ET.Element("WMS_Capabilities" if new else "WMT_MS_Capabilities", {"version": version})
    if new:
        root.set("xmlns", WMS)
        root.set(f"{{{XSI}}}schemaLocation", SCHEMA)
    _service(root, offer, new)
    capability = child(root, "Capability")
    _requests(capability, offer, new)
    exception = child(capability, "Exception")
    for form in EXCEPTIONS[version]:
        child(exception, "Format", form)
    add_layers(capability, offer, new)
    return xml_document(root)


def _service(root: ET.Element, offer: Offer, new: bool) -> None:
    service = child(root, "Service")
    child(service, "Name", "WMS" if new else "OGC:WMS")
    child(service, "Title", offer.frame.title.get("zh") or offer.frame.name)
    child(service, "Abstract", "A city's natural-resource and geography base on one frame.")
    keywords(service, ("features", "imagery", "elevation"))
    link(service, offer.base)
    child(service, "Fees", "none")
    child(service, "AccessConstraints", "none")
    if new:
        child(service, "LayerLimit", str(MOST_LAYERS))
        child(service, "MaxWidth", str(LARGEST_SIDE))
        child(service, "MaxHeight", str(LARGEST_SIDE))


def _requests(capability: ET.Element, offer: Offer, new: bool) -> None:
    request = child(capability, "Request")
    document = "text/xml" if new else "application/vnd.ogc.wms_xml"
    operations: tuple[tuple[str, Sequence[str]], ...] = (
        ("GetCapabilities", (document,)),
        ("GetMap", tuple(FORMATS)),
        ("GetFeatureInfo", INFO_FORMATS),
    )
    for name, forms in operations:
        operation = child(request, name)
        for form in forms:
            child(operation, "Format", form)
        link(child(child(child(operation, "DCPType"), "HTTP"), "Get"), f"{offer.address}?")
