from openai import OpenAI

client = OpenAI(base_url="{address}", api_key="sk-…")
