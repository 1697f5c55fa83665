# lake.png is a square PNG; where it is transparent, something new is drawn.
curl "$TESSERA_URL/images/edits" \
  -H "Authorization: Bearer $TESSERA_KEY" \
  -F image=@lake.png \
  -F prompt="a lake with a small red boat" \
  -F size=512x512
