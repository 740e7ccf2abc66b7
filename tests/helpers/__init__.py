"""What tests share, by what it gives: values, saves, servers, frameworks, pages."""
