"""From a sentence to pictures: where the nets meet the samplers."""
