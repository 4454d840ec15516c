"""What the pages make of the documents of every kind of layer."""

import re

from geoservice.api.terms import link_title


def test_links_have_chinese_titles_for_chinese_readers(site):
    links = [link for document in (site.json("/"), *site.collections) for link in document["links"] if "title" in link]
    assert len(links) > 50
    for link in links:
        assert link_title(link, "en") == link["title"]
        assert re.search(r"[\u4e00-\u9fff]", link_title(link, "zh")) or link["title"] == "TileJSON", link
