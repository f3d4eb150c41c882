"""The Streamlit page: answers side by side, chains drawn, sentences highlighted."""
