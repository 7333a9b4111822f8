"""What a script would do: aiohttp, a semaphore, a file each. JOBS DIR LIST."""

import asyncio
import os
import sys

import aiohttp


async def main():
    jobs, folder, list_file = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    with open(list_file, encoding="ascii") as file:
        urls = file.read().split()
    gate = asyncio.Semaphore(jobs)
    connector = aiohttp.TCPConnector(limit=jobs)
    async with aiohttp.ClientSession(connector=connector) as session:
        async def fetch(url):
            async with gate, session.get(url) as response:
                response.raise_for_status()
                with open(os.path.join(folder, url.rsplit("/", 1)[1]), "wb") as out:
                    async for chunk in response.content.iter_chunked(65536):
                        out.write(chunk)
        await asyncio.gather(*map(fetch, urls))


asyncio.run(main())
