curl "$TESSERA_URL/images/generations" \
  -H "Authorization: Bearer $TESSERA_KEY" \
  -H "Content-Type: application/json" \
  -d '{"prompt": "a white siamese cat", "n": 1, "size": "512x512"}'
