"""What the file says of itself: XMP with the IPTC's word for "made by a trained model", and, where the person leaves
them in, the sentence and the seed."""

from dataclasses import dataclass
from html import escape

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
# Drawn by a person, with parts that a model drew; and without any.
COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
BY_HAND = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"
TOOL = "Tessera"


@dataclass(frozen=True, kw_only=True)
class Words:
    sentence: str
    seed: int


def xmp(words: Words | None = None, *, source_type: str = SOURCE_TYPE) -> bytes:
    """The packet, for every format the same."""
    system = "" if source_type == BY_HAND else f"<Iptc4xmpExt:AISystemUsed>{TOOL}</Iptc4xmpExt:AISystemUsed>"
    said = _said(words) if words is not None else ""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        f"<Iptc4xmpExt:DigitalSourceType>{source_type}</Iptc4xmpExt:DigitalSourceType>{system}"
        f"<xmp:CreatorTool>{TOOL}</xmp:CreatorTool>{said}"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode()


def lines(words: Words | None = None) -> dict[str, str]:
    """The same for a PNG's own texts, which more programs show."""
    known = {"Software": TOOL}
    return known if words is None else {**known, "Description": words.sentence, "Seed": str(words.seed)}


def _said(words: Words) -> str:
    sentence = escape(words.sentence, quote=False)
    return (
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{sentence}</rdf:li></rdf:Alt></dc:description>'
        f"<Iptc4xmpExt:AIPromptInformation>{sentence}</Iptc4xmpExt:AIPromptInformation>"
        f"<xmp:Label>seed {words.seed}</xmp:Label>"
    )
